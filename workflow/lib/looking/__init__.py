"""What a call only looks at: `plan`, `doctor`, `explain`, `status`. Nothing here runs a job."""
