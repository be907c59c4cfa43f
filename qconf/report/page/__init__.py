"""A page of HTML that stands alone: sections of sentences, pictures and tables."""
