"""Bootstrap replicates of boosted trees, by learning their leaves anew."""
