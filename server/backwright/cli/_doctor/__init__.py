"""What `backwright doctor` looks at: each part of a set-up, how it stands, and what to mend."""
