module px0.dev/template-unicode

go 1.25
