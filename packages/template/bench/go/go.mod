module px0.dev/template-bench

go 1.25
