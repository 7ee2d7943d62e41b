"""Reports that tell of one problem: scored, linked, clustered, merged and split."""
