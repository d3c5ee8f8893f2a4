// Executes templates as px0 does: one JSON case per line in, one JSON result per line out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	"px0.dev/template-fuzz/language"
)

type testCase struct {
	Template   string         `json:"template"`
	Data       map[string]any `json:"data"`
	MissingKey string         `json:"missingKey"`
}

type result struct {
	Output     []byte `json:"output,omitempty"`
	ParseError string `json:"parseError,omitempty"`
	ExecError  string `json:"execError,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var c testCase
			if e := json.Unmarshal(line, &c); e != nil {
				panic(e)
			}
			if e := encoder.Encode(result(language.Run(c.Template, c.Data, c.MissingKey))); e != nil {
				panic(e)
			}
		}
		if err != nil {
			return
		}
	}
}
