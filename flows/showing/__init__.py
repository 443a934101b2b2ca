"""What people see of a run in the Prefect UI: artifacts, made of what the finished stages hold."""
