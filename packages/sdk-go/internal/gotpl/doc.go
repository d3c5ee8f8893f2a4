// Package gotpl is px0's template language in Go: the text that px0's own engine (packages/template) makes of a template and its
// variables, byte for byte, with the same errors and the same limits. text/template/parse reads templates; everything else is here,
// because text/template itself neither bounds a render nor words its errors alike from release to release.
//
// A template is planned once: variables become slots of a frame, and each node becomes a closure that knows which node an error is
// reported at. A render calls these closures.
package gotpl
