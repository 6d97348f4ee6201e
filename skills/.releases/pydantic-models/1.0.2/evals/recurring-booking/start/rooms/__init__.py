"""Rooms and who has them."""
