"""How fast City Eye is, beside the limits of its machine and the peers that can be installed; `script/bench` runs it."""
