"""Every gate and state of a layer at every step, beside the layer's own result."""
