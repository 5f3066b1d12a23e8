package reference

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// attributes reads what a kind's struct is decoded from: its hcl tags, and the values that it starts with.
func attributes(kind any) []Attribute {
	v := reflect.ValueOf(kind)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	var found []Attribute
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, how, _ := strings.Cut(field.Tag.Get("hcl"), ",")
		if name == "" || (how != "" && how != "attr" && how != "optional") {
			continue
		}
		a := Attribute{Name: name, Type: typeName(field.Type), Required: how != "optional", Doc: field.Tag.Get("doc")}
		if !a.Required {
			a.Default = written(v.Field(i))
		}
		found = append(found, a)
	}
	return found
}

// outputs reads the cty tags of a kind's outputs struct.
func outputs(zero any) []Attribute {
	t := reflect.TypeOf(zero)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var found []Attribute
	for i := range t.NumField() {
		field := t.Field(i)
		if name := field.Tag.Get("cty"); name != "" {
			found = append(found, Attribute{Name: name, Type: typeName(field.Type), Doc: field.Tag.Get("doc")})
		}
	}
	return found
}

// typeName returns the type as HCL calls it.
func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Slice, reflect.Array:
		return "list(" + typeName(t.Elem()) + ")"
	case reflect.Map:
		return "map(" + typeName(t.Elem()) + ")"
	case reflect.Struct, reflect.Interface:
		return "any"
	default:
		return "number"
	}
}

// written returns a default as it would be written in HCL; nothing where leaving the attribute away means "none".
func written(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			return ""
		}
	case reflect.Struct, reflect.Interface:
		return ""
	}
	if !v.CanInterface() {
		return ""
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(text), `","`, `", "`)
}
