"""What brings a user's files in: each reader returns checked layers and a report on every row."""
