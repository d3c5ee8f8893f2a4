module px0.dev/assertion-vectors

go 1.25
