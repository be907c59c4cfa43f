"""The published world of four archetypes: drawn, learned online, and held against its limit."""
