# ERROR: Missing scenario block
locals {}
