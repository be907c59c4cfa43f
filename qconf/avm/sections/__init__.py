"""The parts of a report: what each asks of the rows, and how it judges what came."""
