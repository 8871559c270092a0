"""What operators see of the running service: JSON logs and Prometheus metrics."""
