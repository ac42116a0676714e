"""Training: the loop, what one step does in each stage, the device, and the readers of its events."""
