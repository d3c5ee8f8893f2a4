#!/usr/bin/env bash
# Go 1.23.12 to 1.26.8: a number written with more than 800 digits before its exponent is read as a tenth of its value for each digit beyond
# 800, without an error, by text/template, encoding/json and strconv.ParseFloat. Go 1.27.0 and V8 read it right.
#
# strconv keeps at most 800 digits for the exact way of reading and notes that there were more, but takes the place of the decimal point from
# the digits that it kept. Short literals go another way, so everything looks right until a generator writes a plain 1000... with a negative
# exponent, as conversions of big decimals do. A template or a JSON document then has another number in these releases than in the next one
# and in other languages.
#
# Run: 1, then N zeros, then the exponent -N, whose value is 1 for every N. `go` must be installed; it fetches the
# toolchains, which are the modules golang.org/toolchain@v0.0.1-go1.23.12 and so on, for this machine:
expected='go1.23.12 799 zeros: ParseFloat 1, json 1, template 1
go1.23.12 801 zeros: ParseFloat 0.01, json 0.01, template 0.01
go1.26.8 799 zeros: ParseFloat 1, json 1, template 1
go1.26.8 801 zeros: ParseFloat 0.01, json 0.01, template 0.01
go1.27.0 799 zeros: ParseFloat 1, json 1, template 1
go1.27.0 801 zeros: ParseFloat 1, json 1, template 1
node 799 zeros: 1
node 801 zeros: 1'

set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH=$folder/go GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module digits

go 1.23
MOD
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/template"
)

func main() {
	for _, zeros := range []int{799, 801} {
		number := "1" + strings.Repeat("0", zeros) + "e-" + strconv.Itoa(zeros)
		parsed, err := strconv.ParseFloat(number, 64)
		if err != nil {
			panic(err)
		}
		var decoded float64
		if err := json.Unmarshal([]byte(number), &decoded); err != nil {
			panic(err)
		}
		fmt.Printf("%s %d zeros: ParseFloat %v, json %v, template ", runtime.Version(), zeros, parsed, decoded)
		if err := template.Must(template.New("").Parse("{{"+number+"}}\n")).Execute(os.Stdout, nil); err != nil {
			panic(err)
		}
	}
}
GO
for version in go1.23.12 go1.26.8 go1.27.0; do
  GOTOOLCHAIN=$version go run . 2>run.log >>output || { cat run.log; exit 1; }
done
node -e 'for (const zeros of [799, 801]) console.log(`node ${zeros} zeros: ${JSON.parse(`1${"0".repeat(zeros)}e-${zeros}`)}`)' >>output
cat output
[[ $(<output) == "$expected" ]] || { echo 'one of the toolchains behaves differently now'; exit 1; }
