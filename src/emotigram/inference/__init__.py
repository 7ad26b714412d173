"""Running the shipped models with onnxruntime."""

import os

# onnxruntime reports usage from 1.29 on unless told otherwise before it is first imported; we send nothing to anyone.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
