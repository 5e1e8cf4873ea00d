"""What breaks in practice, tried against the real thing; each file measures one kind of fault."""
