"""How an exercise is run, judged and shown."""
