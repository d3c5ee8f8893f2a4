package px0

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Variables become JSON by encoding/json. What that changes in silence, or what px0 refuses to read, is an error here: a prompt
// with `map[]` or a replaced character in it would be rendered, and nothing would say so.

// As in px0; the variables themselves are the first level.
const deepestVariables = 1_000

var (
	errTooDeep = fmt.Errorf("they nest deeper than %d levels, or a value contains itself", deepestVariables)
	errNoUTF8  = errors.New("a text is not UTF-8")

	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// encodeVariables gives the JSON of variables, and what px0 reads from it.
func encodeVariables(variables Vars) (encoded []byte, decoded map[string]any, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("a value panicked: %v", failure)
		}
	}()
	// Before encoding, which would not end in an error for what holds very many levels, but in the end of the process.
	if err := checkVariable(reflect.ValueOf(variables), 1); err != nil {
		return nil, nil, err
	}
	encoded, err = json.Marshal(variables)
	if err != nil {
		return nil, nil, err
	}
	// What writes itself writes its own bytes, and its own numbers.
	if !utf8.Valid(encoded) {
		return nil, nil, errNoUTF8
	}
	decoded, err = asJSON(encoded)
	if err != nil {
		return nil, nil, err
	}
	return encoded, decoded, nil
}

// checkVariable looks at a value as encoding/json does. Maps, lists and structs in it are on the level given.
func checkVariable(value reflect.Value, level int) error {
	value, err := pointedTo(value)
	if err != nil || !value.IsValid() {
		return err
	}
	if writesItself(value) {
		return checkWrittenText(value)
	}
	switch value.Kind() {
	case reflect.String:
		if !utf8.ValidString(value.String()) {
			return errNoUTF8
		}
		return nil
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct:
		if level > deepestVariables {
			return errTooDeep
		}
	}
	switch value.Kind() {
	case reflect.Map:
		return checkMap(value, level)
	case reflect.Slice, reflect.Array:
		return checkList(value, level)
	case reflect.Struct:
		return checkStruct(value, level)
	}
	return nil
}

// pointedTo follows pointers and interfaces to the value, which is not valid for nil. It stops at what writes itself.
func pointedTo(value reflect.Value) (reflect.Value, error) {
	for range deepestVariables {
		if kind := value.Kind(); kind != reflect.Interface && (kind != reflect.Pointer || writesItself(value)) {
			return value, nil
		}
		value = value.Elem()
	}
	return value, errTooDeep
}

func writesItself(value reflect.Value) bool {
	has := func(made reflect.Type) bool { return made.Implements(jsonMarshaler) || made.Implements(textMarshaler) }
	return has(value.Type()) || (value.CanAddr() && has(reflect.PointerTo(value.Type())))
}

// checkWrittenText looks at what a text marshaler writes: encoding/json would replace in it what is not UTF-8. Errors of the marshaler
// are left to encoding/json.
func checkWrittenText(value reflect.Value) error {
	if value.Type().Implements(jsonMarshaler) || !value.CanInterface() || (value.Kind() == reflect.Pointer && value.IsNil()) {
		return nil
	}
	made, isText := value.Interface().(encoding.TextMarshaler)
	if !isText {
		return nil
	}
	if text, err := made.MarshalText(); err == nil && !utf8.Valid(text) {
		return errNoUTF8
	}
	return nil
}

func checkMap(value reflect.Value, level int) error {
	for entries := value.MapRange(); entries.Next(); {
		if key := entries.Key(); key.Kind() == reflect.String && !utf8.ValidString(key.String()) {
			return errNoUTF8
		} else if key.Kind() != reflect.String {
			if err := checkWrittenText(key); err != nil {
				return err
			}
		}
		if err := checkVariable(entries.Value(), level+1); err != nil {
			return err
		}
	}
	return nil
}

func checkList(value reflect.Value, level int) error {
	// Lists of numbers may be long, and have nothing to look at.
	if kind := value.Type().Elem().Kind(); kind >= reflect.Bool && kind <= reflect.Complex128 {
		return nil
	}
	for at := range value.Len() {
		if err := checkVariable(value.Index(at), level+1); err != nil {
			return err
		}
	}
	return nil
}

func checkStruct(value reflect.Value, level int) error {
	made := value.Type()
	isExported := false
	for _, field := range reflect.VisibleFields(made) {
		isExported = isExported || field.IsExported()
	}
	if !isExported && made.NumField() > 0 {
		return fmt.Errorf("a %v cannot be written as JSON, because none of its fields is exported", made)
	}
	for at := range made.NumField() {
		field, of := made.Field(at), value.Field(at)
		isWritten := (field.IsExported() || field.Anonymous) && field.Tag.Get("json") != "-"
		// Of a zero value nothing is lost, be it a lock beside the data.
		if !isWritten || of.IsZero() {
			continue
		}
		if err := checkVariable(of, level+1); err != nil {
			return err
		}
	}
	return nil
}
