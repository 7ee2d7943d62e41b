"""How fast City Eye is, beside the limits of its machine and peers that can be installed; `script/bench` runs it."""
