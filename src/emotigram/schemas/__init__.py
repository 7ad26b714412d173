"""What the REST API takes and answers, for the server, the Python client, the command line and files alike."""
