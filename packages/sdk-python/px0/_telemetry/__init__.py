"""What OpenTelemetry is told of renders, where an application has it."""
