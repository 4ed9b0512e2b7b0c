"""What flows/*.yaml means: flows, steps, conditions, templates, and how a run moves through them. Pure."""
