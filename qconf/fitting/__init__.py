"""From a table to a model that can be kept: choose, judge, fit."""
