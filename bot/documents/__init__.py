"""What the assistant hands out, pictures and papers. Pure: data in, bytes out; their libraries' only door."""
