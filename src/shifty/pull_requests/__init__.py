"""From healed locators to a change that people can review: rewrite the source, describe it, open a pull request."""
