"""What every stage stands on: the records, the manifests, the picture store and the shards."""
