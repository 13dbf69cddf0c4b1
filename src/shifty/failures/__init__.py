"""Why tests fail: error messages reduced to what they have in common, grouped, counted."""
