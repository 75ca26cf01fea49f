"""The payloads that are made for a schema of Avro."""
