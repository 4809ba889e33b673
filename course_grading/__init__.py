"""Grade a class: answers run in a sandbox, and are judged outside of it."""
