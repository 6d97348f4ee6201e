"""The demo: the main job in front of the user's eyes, through a real client and a real server."""
