"""Networks, one per file, and the runtime that puts weights into them. Torch lives here and in train, nowhere else."""
