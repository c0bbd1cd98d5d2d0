"""What builds, checks and measures the book; a chapter needs none of it."""
