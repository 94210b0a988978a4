"""What if: changes to streets, gates, walls and centres, and what they do to walks."""
