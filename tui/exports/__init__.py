"""The formats a reviewed item leaves the queue in, one a file."""
