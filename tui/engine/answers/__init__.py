"""What the local service says: one file for each family of protocols, each a pure function of an operation."""
