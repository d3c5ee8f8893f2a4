module github.com/px0/px0/packages/sdk-go

go 1.23
