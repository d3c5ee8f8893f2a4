"""What px0 delivers to this process, and the rules by which it is kept: `packages/delivery`, in Python. Nothing here does input or output."""
