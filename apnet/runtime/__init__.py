"""The machine that a job runs on: devices, versions, progress, torchvision."""
