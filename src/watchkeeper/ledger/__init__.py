"""What cannot be unsaid: canonical form, envelope, Merkle tree, tiles, checkpoint, proof."""
