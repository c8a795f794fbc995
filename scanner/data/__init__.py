"""Tables of facts about the world, each with its source and date."""
