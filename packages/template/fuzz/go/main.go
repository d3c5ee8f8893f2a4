// Executes templates as px0 does: one JSON case per line in, one JSON result per line out. With the argument "steps" it counts their steps;
// with "chats" the cases are conversations.
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

// answer reads one JSON case and says what comes of it.
func answer[Case, Result any](work func(Case) Result) func(line []byte) any {
	return func(line []byte) any {
		var c Case
		if err := json.Unmarshal(line, &c); err != nil {
			panic(err)
		}
		return work(c)
	}
}

func main() {
	work := answer(func(c testCase) result { return result(language.Run(c.Template, c.Data, c.MissingKey)) })
	switch {
	case len(os.Args) < 2:
	case os.Args[1] == "steps":
		work = answer(countSteps)
	case os.Args[1] == "chats":
		work = answer(runChat)
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if e := encoder.Encode(work(line)); e != nil {
				panic(e)
			}
		}
		if err != nil {
			return
		}
	}
}
