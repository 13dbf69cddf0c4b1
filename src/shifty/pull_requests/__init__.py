"""From healed locators to a reviewable change: rewrite the source, describe the change, open branch and pull request."""
