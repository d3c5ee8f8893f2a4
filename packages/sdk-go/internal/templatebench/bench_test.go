package main

import "testing"

func BenchmarkRender(b *testing.B) {
	for _, w := range workloads() {
		for name, engine := range map[string]func(workload) func() string{"px0": px0Engine, "text-template": goEngine} {
			render := engine(w)
			b.Run(w.Name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					kept = render()
				}
			})
		}
	}
}
