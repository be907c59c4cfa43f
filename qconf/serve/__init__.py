"""A small service: estimates where they are asked for, and what people say of them."""
