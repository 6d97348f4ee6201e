"""What this process and this user remember of skills: which were loaded under a handle, and how often each is used."""
