module px0.dev/template-fuzz

go 1.25
